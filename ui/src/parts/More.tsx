// Long lists come a page at a time.
import { number } from '../logic/words';
import { WorkButton } from './WorkButton';

interface Pages { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown }

export function More({ pages, shown, total, what }: { pages: Pages; shown: number; total: number | undefined; what: string }) {
  return (
    <p className="no-print" role="status">
      {`Showing ${number(shown)}${total !== undefined ? ` of ${number(total)}` : ''} ${what}. `}
      {pages.hasNextPage && (
        <WorkButton secondary small type="button" busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {pages.isFetchingNextPage ? 'Loading …' : 'Show more'}
        </WorkButton>
      )}
    </p>
  );
}
