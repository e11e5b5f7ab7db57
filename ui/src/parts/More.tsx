// Long lists come a page at a time.
import { Button } from 'nhsuk-react-components';
import { number } from '../logic/words';

interface Pages { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown }

export function More({ pages, shown, total, what }: { pages: Pages; shown: number; total: number | undefined; what: string }) {
  return (
    <p className="no-print" role="status">
      {`Showing ${number(shown)}${total !== undefined ? ` of ${number(total)}` : ''} ${what}. `}
      {pages.hasNextPage && (
        <Button secondary small type="button" disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {pages.isFetchingNextPage ? 'Loading …' : 'Show more'}
        </Button>
      )}
    </p>
  );
}
