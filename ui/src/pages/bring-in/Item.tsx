import { timeText } from '../../logic/time';
import { bytes, sentence } from '../../logic/words';
import { type Import, running, stateText } from './states';
import { Result } from './Result';

export function Item({ of, cancel, correct }: { of: Import; cancel: (id: string) => void; correct: (() => void) | null }) {
  return (
    <li>
      <div className="panel-head">
        <strong className="anywhere">{of.file}</strong>
        <span className="small quiet">{`${sentence(of.kind)}, ${bytes(of.size ?? of.bytes)}, ${timeText(of.started)}${of.user ? `, by ${of.user}` : ''}`}</span>
      </div>
      <p role="status">
        {stateText(of)}
        {running(of) && <><progress max={100} value={of.progress} aria-label={`Progress of ${of.file}`} /> <button type="button" className="link-button" onClick={() => cancel(of.id)}>{'Stop'}<span className="nhsuk-u-visually-hidden">{` ${of.file}`}</span></button></>}
      </p>
      <Result of={of} />
      {correct && !running(of) && of.kind === 'document' && !of.mapping_only && (
        <p><button type="button" className="link-button" onClick={correct}>Correct how its columns are read<span className="nhsuk-u-visually-hidden">{`: ${of.file}`}</span></button></p>
      )}
    </li>
  );
}
