// What every page has: a title, the age of what it shows, and something to say
// while it loads, when there is nothing, and when something went wrong.
import { useEffect, useRef, type ReactNode } from 'react';
import { useLocation } from 'react-router-dom';
import { Refusal, type Schemas } from '../api/client';
import { ageText, isOld, timeText } from '../logic/time';

export function DataAge({ data }: { data: Schemas['DataAge'] | undefined }) {
  if (!data) return <p className="age">&nbsp;</p>;
  if (!data.as_of) return <p className="age">Nothing has been heard yet.</p>;
  const now = Date.now();
  return (
    <p className="age">
      {'Latest heard '}<time dateTime={data.as_of}>{timeText(data.as_of)}</time>
      {', '}<strong>{ageText(data.as_of, now)}</strong>
      {isOld(data.as_of, now) && ': what is shown may have changed since'}
      {data.loading && '; newer data is being loaded'}
    </p>
  );
}

interface PageProps {
  title: string;
  data?: Schemas['DataAge'] | undefined;
  noAge?: boolean;
  before?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

let shownBefore: string | null = null;  // where the reader was

export function Page({ title, data, noAge, before, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { pathname } = useLocation();
  useEffect(() => { document.title = `${title} - asepsis`; }, [title]);
  // After a change of page the reader starts at its title, as after a load.
  useEffect(() => {
    if (shownBefore !== null && shownBefore !== pathname && !location.hash) heading.current?.focus();
    shownBefore = pathname;
  }, [pathname]);
  return (
    <>
      {before}
      <div className="page-head">
        <div>
          <h1 ref={heading} tabIndex={-1}>{title}</h1>
          {!noAge && <DataAge data={data} />}
        </div>
        {actions && <div className="actions">{actions}</div>}
      </div>
      {children}
    </>
  );
}

export function Loading({ short }: { short?: boolean }) {
  return <div className={short ? 'skeleton short' : 'skeleton'} role="status"><span>Loading …</span></div>;
}

// What it means to the reader; the server's detail says what to do.
const meanings: Record<number, string> = {
  400: 'This cannot be asked so', 401: 'Log in again', 403: 'Your role may not do this', 404: 'There is no such thing',
  409: 'Somebody else was faster', 413: 'This is too large', 415: 'This kind of file cannot be read', 422: 'This cannot be done so',
  429: 'Too much at once', 503: 'The server is busy',
};

export function ProblemBox({ error, retry }: { error: unknown; retry?: () => void }) {
  const problem = error instanceof Refusal ? error.problem : null;
  return (
    <div className="problem" role="alert">
      <h2>{problem ? meanings[problem.status] ?? problem.title : 'Something went wrong in this page'}</h2>
      <p>{problem?.detail ?? 'Load the page again. If it happens again, tell who looks after asepsis.'}</p>
      {retry && problem?.status !== 404 && <button type="button" className="nhsuk-button nhsuk-button--secondary small" onClick={retry}>Try again</button>}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return <div className="empty"><h2>{title}</h2>{children}</div>;
}

interface Answer<T> { data: T | undefined; error: unknown; isPending: boolean; isPlaceholderData: boolean; refetch: () => unknown }

// What was asked for, or why it is not there. While something else was asked for
// meanwhile, what was there before stays, marked as such.
export function Answered<T>({ answer, short, children }: { answer: Answer<T>; short?: boolean; children: (data: T) => ReactNode }) {
  if (answer.data !== undefined) {
    return (
      <div className="answered" aria-busy={answer.isPlaceholderData}>
        {answer.error ? <ProblemBox error={answer.error} retry={() => void answer.refetch()} /> : null}
        {children(answer.data)}
      </div>
    );
  }
  if (answer.error) return <ProblemBox error={answer.error} retry={() => void answer.refetch()} />;
  return <Loading short={short ?? false} />;
}
