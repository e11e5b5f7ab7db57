import { useSearchParams } from 'react-router-dom';
import { withValue } from '../../logic/filters';
import { levels, levelOf, onlyOf } from './levels';
import { Slider } from '../Map';

export function Tools({ first, last }: { first: string | undefined; last: string | undefined }) {
  const [search, setSearch] = useSearchParams();
  const set = (name: string, value: string) => setSearch(withValue(search, name, value), { replace: true });
  return (
    <div className="map-tools">
      <div>
        <label className="nhsuk-label" htmlFor="level">Group by</label>
        <select id="level" className="nhsuk-select" value={levelOf(search.get('level'))} onChange={(e) => set('level', e.target.value)}>
          {levels.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
        </select>
      </div>
      <div>
        <label className="nhsuk-label" htmlFor="only">Show</label>
        <select id="only" className="nhsuk-select" value={onlyOf(search.get('only')) ?? ''} onChange={(e) => set('only', e.target.value)}>
          <option value="">All conversations</option>
          <option value="clear">Clear text only</option>
          <option value="external">Internet only</option>
        </select>
      </div>
      {first && last && first !== last && <Slider first={first} last={last} />}
    </div>
  );
}
