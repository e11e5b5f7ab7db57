import { Fragment, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { api, dataOf, type Schemas } from '../api/client';
import { count, number, sentence } from '../logic/words';
import { Answered, Empty, Page } from '../parts/Page';
import { Grade, Unknown, modelName } from '../parts/Show';
import { useWords, type Words } from '../parts/Vocabulary';

const step = 100;

const matches = (m: Schemas['ModelSummary'], text: string): boolean =>
  `${modelName(m)} ${m.class ?? ''}`.toLowerCase().includes(text.toLowerCase());

function Row({ m, words }: { m: Schemas['ModelSummary']; words: Words }) {
  return (
    <tr>
      <th scope="row" className="anywhere"><Link to={`/models/${encodeURIComponent(m.id)}`}>{modelName(m)}</Link></th>
      <td data-label="Class">{m.class ? sentence(words.className(m.class)) : <Unknown />}</td>
      <td data-label="Devices" className="n">{number(m.device_count)}</td>
      <td data-label="Configured in">{m.at_least > 1 ? <strong>{`at least ${number(m.at_least)} ways`}</strong> : 'one way, as far as is known'}</td>
      <td data-label="Grades"><span>{m.grades.map((g, i) => <Fragment key={i}><span className="nowrap"><Grade of={g.grade} />{` ${number(g.devices)}`}</span>{' '}</Fragment>)}</span></td>
      <td data-label="Differ in" className="anywhere small">{m.differ_in.slice(0, 4).map(words.settingTitle).join(', ')}{m.differ_in.length > 4 && ` and ${number(m.differ_in.length - 4)} more`}</td>
    </tr>
  );
}

function List({ models, words }: { models: Schemas['ModelSummary'][]; words: Words }) {
  const [text, setText] = useState('');
  const [shown, setShown] = useState(step);
  const found = models.filter((m) => matches(m, text));
  return (
    <>
      <div className="nhsuk-form-group">
        <label className="nhsuk-label" htmlFor="find">Find a model</label>
        <input id="find" type="search" className="nhsuk-input" autoComplete="off" value={text} onChange={(e) => { setText(e.target.value); setShown(step); }} />
      </div>
      <div className="scroll boxed" role="region" aria-label="Models" tabIndex={0}>
        <table className="grid stack">
          <thead><tr><th scope="col">Model</th><th scope="col">Class</th><th scope="col" className="n">Devices</th><th scope="col">Configured in</th><th scope="col">Grades</th><th scope="col">They differ in</th></tr></thead>
          <tbody>{found.slice(0, shown).map((m) => <Row key={m.id} m={m} words={words} />)}</tbody>
        </table>
      </div>
      <p role="status">
        {`Showing ${count(Math.min(shown, found.length), 'model')} of ${number(found.length)}. `}
        {found.length > shown && <button type="button" className="link-button" onClick={() => setShown(shown + step)}>Show more</button>}
      </p>
    </>
  );
}

export function Models() {
  const words = useWords();
  const answer = useQuery({ queryKey: ['models'], queryFn: async () => dataOf(await api.GET('/models')) });
  return (
    <Page title="Models" data={answer.data?.data}>
      <p className="lead">Devices of one model ought to be configured alike. Here is where they are not, those that differ in most ways first.</p>
      <Answered answer={answer}>{({ items }) => (items.length === 0 ? (
        <Empty title="No model to compare yet">
          <p>Two devices of one model are needed. Hear more of the network, or <Link to="/bring-in">bring in</Link> exported configurations of devices of the same model.</p>
        </Empty>
      ) : <List models={items} words={words} />)}</Answered>
    </Page>
  );
}
