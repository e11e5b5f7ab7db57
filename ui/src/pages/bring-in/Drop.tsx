import { useRef, useState } from 'react';
import type { Choice } from '../../logic/upload';

export function Drop({ send, busy }: { send: (files: File[], choice: Choice) => Promise<void>; busy: boolean }) {
  const [over, setOver] = useState(false);
  const [site, setSite] = useState('');
  const [device, setDevice] = useState('');
  const [kind, setKind] = useState<Choice['kind']>('auto');
  const [mappingOnly, setMappingOnly] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const take = (files: FileList | null) => {
    if (!files || files.length === 0 || busy) return;
    void send([...files], { kind, site, device, ...(mappingOnly ? { mapping_only: true } : {}) });
    if (input.current) input.current.value = '';
  };
  return (
    <section className="drop" data-over={over} aria-label="Choose files"
      onDragOver={(e) => { e.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}
      onDrop={(e) => { e.preventDefault(); setOver(false); take(e.dataTransfer.files); }}>
      <p><strong>Drop captures and documents here</strong></p>
      <p className="quiet">Captures (pcap, pcapng, also compressed), logs of Zeek and Suricata, asset registers (CSV), exported configurations (JSON, XML, INI, CSV)</p>
      <p><label htmlFor="files">or choose files: </label><input ref={input} id="files" type="file" multiple disabled={busy} onChange={(e) => take(e.target.files)} /></p>
      <div className="inline-form">
        <div className="nhsuk-form-group">
          <label className="nhsuk-label" htmlFor="kind">What they are</label>
          <select id="kind" className="nhsuk-select" value={kind} onChange={(e) => setKind(e.target.value as Choice['kind'])}>
            <option value="auto">Work it out from the file</option><option value="capture">Captures or logs</option><option value="document">Documents</option>
          </select>
        </div>
        <div className="nhsuk-form-group">
          <label className="nhsuk-label" htmlFor="site">Site (if there are several)</label>
          <input id="site" className="nhsuk-input" maxLength={80} value={site} onChange={(e) => setSite(e.target.value)} />
        </div>
        <div className="nhsuk-form-group">
          <label className="nhsuk-label" htmlFor="device">Device (if a configuration does not say)</label>
          <input id="device" className="nhsuk-input" maxLength={80} placeholder="d-" value={device} onChange={(e) => setDevice(e.target.value)} />
        </div>
        <label><input type="checkbox" checked={mappingOnly} onChange={(e) => setMappingOnly(e.target.checked)} />{' First show how columns are read'}</label>
      </div>
    </section>
  );
}
