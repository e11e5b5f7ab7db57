// The frame around each page: skip link, name, the ways to go.
import { useEffect, useState, type ReactNode } from 'react';
import { NavLink, useLocation } from 'react-router-dom';
import { SkipLink } from 'nhsuk-react-components';
import type { Schemas } from '../api/client';
import { applyTheme, storedTheme, type Theme } from '../logic/theme';
import { useLogOut, useSession } from './Session';

interface Way { to: string; name: string; scope: Schemas['Scope'] }
const ways: Way[] = [
  { to: '/', name: 'Today', scope: 'read' },
  { to: '/devices', name: 'Devices', scope: 'read' },
  { to: '/models', name: 'Models', scope: 'read' },
  { to: '/findings', name: 'Findings', scope: 'read' },
  { to: '/map', name: 'Map', scope: 'read' },
  { to: '/ask', name: 'Ask', scope: 'query' },
  { to: '/bring-in', name: 'Bring in', scope: 'import' },
  { to: '/ward', name: 'Ward', scope: 'read' },
  { to: '/board', name: 'Board', scope: 'read' },
  { to: '/sensor', name: 'About this sensor', scope: 'read' },
  { to: '/users', name: 'Users', scope: 'administer' },
];

function ThemeChoice() {
  const [theme, setTheme] = useState<Theme>(storedTheme);
  return (
    <select aria-label="Colours" value={theme} onChange={(event) => {
      const next = event.target.value as Theme;
      applyTheme(next);
      setTheme(next);
    }}>
      <option value="auto">System</option>
      <option value="light">Light</option>
      <option value="dark">Dark</option>
    </select>
  );
}

function Who() {
  const session = useSession();
  const logOut = useLogOut();
  return (
    <>
      <NavLink to="/account">{session.name ?? session.user ?? 'Account'}</NavLink>
      <button type="button" className="plain" onClick={() => logOut.mutate()}>Log out</button>
    </>
  );
}

export function Shell({ children }: { children: ReactNode }) {
  const session = useSession();
  const [open, setOpen] = useState(false);
  const { pathname } = useLocation();
  useEffect(() => setOpen(false), [pathname]);
  const allowed = ways.filter((way) => session.scopes?.includes(way.scope));
  const shown = session.role === 'ward' ? allowed.filter((way) => ['/ward', '/devices', '/findings'].includes(way.to)) : allowed;
  return (
    <>
      <SkipLink href="#content">Skip to the content</SkipLink>
      <header className="top">
        <div className="frame">
          <NavLink to="/" className="brand" aria-label="asepsis: today">
            <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
              <path d="M16 3l11 5v8c0 7-5 11-11 13C10 27 5 23 5 16V8z" fill="none" stroke="currentColor" strokeWidth="2.5" />
              <path d="M16 10v12M10 16h12" stroke="currentColor" strokeWidth="3" />
            </svg>
            asepsis
          </NavLink>
          <button type="button" className="plain menu-button" aria-expanded={open} aria-controls="ways" onClick={() => setOpen(!open)}>Menu</button>
          <nav id="ways" aria-label="Pages" data-open={open}>
            <ul>{shown.map((way) => <li key={way.to}><NavLink to={way.to} end={way.to === '/'}>{way.name}</NavLink></li>)}</ul>
          </nav>
          <div className="right"><ThemeChoice /><Who /></div>
        </div>
      </header>
      <main id="content" className="frame" tabIndex={-1}>{children}</main>
      <footer className="foot">
        <div className="frame">
          {`asepsis ${session.version}. It listens, and sends nothing to any device. It keeps nothing about patients. `}
          <a href="/licences.txt">Licences</a>
        </div>
      </footer>
    </>
  );
}
