// Values as all pages show them.
import { Fragment } from 'react';
import { Link } from 'react-router-dom';
import { levels, percent, ratings, security, sentence, spoken } from '../logic/words';
import { timeText } from '../logic/time';
import type { Words } from './Vocabulary';

// A name of parts, as alarms.occlusionPressure: where a line must end, it ends between two.
export const Parts = ({ of }: { of: string }) => <>{of.split(/(?<=[._/])(?=.)|(?<=[a-z])(?=[A-Z])/).map((part, i) => <Fragment key={i}>{i > 0 && <wbr />}{part}</Fragment>)}</>;

export const Unknown = () => <span className="unknown">not known</span>;

export function Rating({ of }: { of: number | undefined }) {
  if (of === undefined) return <span className="quiet">none</span>;
  return <span className="rating" data-rating={of}>{`${of} ${ratings[of] ?? ''}`}</span>;
}

export function Level({ of }: { of: string | undefined }) {
  return of ? <span className="level" data-level={of}>{levels[of] ?? of}</span> : null;
}

export function Grade({ of }: { of: string | undefined }) {
  return of ? <span className="level" data-grade={spoken(of)}>{sentence(spoken(of))}</span> : <span className="quiet">not graded</span>;
}

export function Security({ of }: { of: string | undefined }) {
  if (!of) return <Unknown />;
  return <span className="level" data-level={of === 'clear' ? 'weak' : 'strong'}>{security(of)}</span>;
}

export function Coverage({ of }: { of: number | undefined }) {
  if (of === undefined) return <Unknown />;
  return (
    <span className="nowrap">
      <span className="bar" aria-hidden="true"><span style={{ width: `${of}%` }} /></span>{` ${Math.round(of)} %`}
    </span>
  );
}

export const Sure = ({ of }: { of: number | undefined }) => (of === undefined || of >= 0.995 ? null : <span className="quiet small">{` ${percent(of)} sure`}</span>);

export const Time = ({ of }: { of: string | undefined }) => (of ? <time dateTime={of} className="nowrap">{timeText(of)}</time> : <Unknown />);

export const DeviceLink = ({ id, children }: { id: string; children?: React.ReactNode }) => (
  <Link to={`/devices/${encodeURIComponent(id)}`}>{children ?? id}</Link>
);

export const modelName = (m: { manufacturer?: string | undefined; model?: string | undefined }): string =>
  [m.manufacturer, m.model].filter(Boolean).join(' ');

export const kind = (words: Words, d: { class?: string | undefined }): string => (d.class ? sentence(words.className(d.class)) : 'Unknown device');
