import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router-dom';
import { Button, Details } from 'nhsuk-react-components';
import { api, dataOf, type Schemas } from '../api/client';
import { chartable } from '../logic/chart';
import { count, number } from '../logic/words';
import { CsvButton } from '../parts/CsvButton';
import { Answered, Empty, Loading, Page, ProblemBox } from '../parts/Page';
import { SavedViews } from '../parts/SavedViews';
import { DeviceLink } from '../parts/Show';
import { WorkButton } from '../parts/WorkButton';

const Chart = lazy(() => import('../parts/Chart'));
type Result = Schemas['QueryResult'];

const shown = 200;

function Cell({ value }: { value: string | number | null | undefined }) {
  if (value === null || value === undefined) return <span className="unknown">not known</span>;
  if (typeof value === 'string' && /^d-[0-9a-f]{6,}$/.test(value)) return <DeviceLink id={value} />;
  return <>{typeof value === 'number' ? number(value) : value}</>;
}

function ResultTable({ result }: { result: Result }) {
  const [rows, setRows] = useState(shown);
  return (
    <>
      <div className="scroll" role="region" aria-label="Result" tabIndex={0}>
        <table className="grid">
          <thead><tr>{result.columns.map((c, i) => <th key={i} scope="col" className={c.kind === 'number' ? 'n' : undefined}>{c.name}</th>)}</tr></thead>
          <tbody>{result.rows.slice(0, rows).map((row, i) => (
            <tr key={i}>{row.map((value, k) => <td key={k} className={result.columns[k]?.kind === 'number' ? 'n' : 'anywhere'}><Cell value={value} /></td>)}</tr>
          ))}</tbody>
        </table>
      </div>
      {result.rows.length > rows && <p><button type="button" className="link-button" onClick={() => setRows(rows + shown)}>{`Show ${number(Math.min(shown, result.rows.length - rows))} more`}</button></p>}
    </>
  );
}

function Shown({ result, sql }: { result: Result; sql: string }) {
  const chart = useMemo(() => chartable(result), [result]);
  const [asChart, setAsChart] = useState(false);
  const [copied, setCopied] = useState(false);
  const share = () => {
    void navigator.clipboard?.writeText(location.href).then(() => setCopied(true), () => setCopied(false));
  };
  return (
    <section className="panel" aria-labelledby="result-h">
      <div className="panel-head">
        <h2 id="result-h">Answer</h2>
        <div className="actions inline-form">
          {chart && <Button type="button" secondary small aria-pressed={asChart} onClick={() => setAsChart(!asChart)}>{asChart ? 'As a table' : 'As a chart'}</Button>}
          <Button type="button" secondary small onClick={share}>{copied ? 'Link copied' : 'Copy the link'}</Button>
          <CsvButton path="/query" body={{ sql, limit: 10000 }} file="answer.csv" />
        </div>
      </div>
      <p role="status" className="quiet">{`${count(result.rows.length, 'row')}${result.truncated ? ', and there are more: narrow the question, or save it as CSV' : ''}, in ${number(Math.round(result.elapsed_ms))} ms.`}</p>
      {result.rows.length === 0 && <Empty title="No row"><p>Nothing matches. What is not known is NULL: compare it by <code>IS NULL</code>.</p></Empty>}
      {asChart && chart
        ? <Suspense fallback={<Loading short />}><Chart chart={chart} says={`Chart of ${chart.y} by ${chart.x}. The table says the same in words.`} /></Suspense>
        : result.rows.length > 0 && <ResultTable result={result} />}
    </section>
  );
}

function Views({ views }: { views: Schemas['Views']['views'] }) {
  return (
    <Details>
      <Details.Summary>What can be asked about</Details.Summary>
      <Details.Text>
        <dl className="summary">{views.map((v) => (
          <div key={v.name} style={{ display: 'contents' }}>
            <dt className="mono">{v.name}</dt>
            <dd>{v.description}<div className="small quiet mono">{v.columns.join(', ')}</div></dd>
          </div>
        ))}</dl>
      </Details.Text>
    </Details>
  );
}

function Examples({ of, choose }: { of: Schemas['Views']['examples']; choose: (sql: string) => void }) {
  return (
    <ul className="lines">{of.map((e) => (
      <li key={e.title}><button type="button" className="link-button" style={{ textAlign: 'left' }} onClick={() => choose(e.sql)}>{e.title}</button></li>
    ))}</ul>
  );
}

function Question({ sql, edit, run, asking }: { sql: string; edit: (sql: string) => void; run: (sql: string) => void; asking: boolean }) {
  return (
    <form onSubmit={(event) => { event.preventDefault(); run(sql); }}>
      <div className="nhsuk-form-group">
        <label className="nhsuk-label" htmlFor="sql">Question</label>
        <div className="nhsuk-hint" id="sql-hint">SQL over the views below. Ctrl and Enter ask it.</div>
        <textarea id="sql" className="nhsuk-textarea" aria-describedby="sql-hint" spellCheck={false} maxLength={20000} rows={7} value={sql}
          onChange={(e) => edit(e.target.value)}
          onKeyDown={(e) => { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) run(sql); }} />
      </div>
      <WorkButton type="submit" busy={asking || !sql.trim()}>{asking ? 'Asking …' : 'Ask'}</WorkButton>
    </form>
  );
}

// The question stands in the link, so that it can be shared.
function useQuestion() {
  const [search, setSearch] = useSearchParams();
  const asked = search.get('sql') ?? '';
  const [sql, setSql] = useState(asked);
  const begun = useRef('');
  const ask = useMutation({
    mutationKey: ['ask'],
    mutationFn: async (text: string) => ({ sql: text, result: dataOf(await api.POST('/query', { body: { sql: text, limit: 1000 } })) }),
  });
  const { mutate } = ask;
  // A link with a question in it asks it; nothing can be changed by a question.
  useEffect(() => {
    if (!asked || begun.current === asked) return;
    begun.current = asked;
    setSql(asked);
    mutate(asked);
  }, [asked, mutate]);
  const run = (text: string) => {
    if (!text.trim()) return;
    if (text === asked) mutate(text);
    else setSearch({ sql: text });
  };
  return { sql, setSql, ask, run };
}

export function Ask() {
  const { sql, setSql, ask, run } = useQuestion();
  const views = useQuery({ queryKey: ['views'], queryFn: async () => dataOf(await api.GET('/views')), staleTime: Infinity });
  return (
    <Page title="Ask" data={ask.data?.result.data}>
      <SavedViews page="ask" path="/ask" />
      <p className="lead">Ask the hospital anything in SQL. A question can change nothing and ends after five seconds.</p>
      <div className="side ask">
        <section aria-labelledby="examples-h">
          <h2 id="examples-h">Examples</h2>
          <Answered answer={views} short>{({ examples }) => <Examples of={examples} choose={(text) => { setSql(text); run(text); }} />}</Answered>
        </section>
        <div>
          <Question sql={sql} edit={setSql} run={run} asking={ask.isPending} />
          {ask.error && <ProblemBox error={ask.error} />}
          {ask.data && !ask.isPending && <Shown key={ask.data.sql} result={ask.data.result} sql={ask.data.sql} />}
          {ask.isPending && <Loading />}
          {views.data && <Views views={views.data.views} />}
        </div>
      </div>
    </Page>
  );
}
