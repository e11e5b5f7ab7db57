import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { heedPeople } from './logic/attended';
import { takeCode } from './logic/link';
import { applyTheme, storedTheme } from './logic/theme';
import './style/main.scss';

applyTheme(storedTheme());
heedPeople(window);
const place = document.getElementById('app');
if (!place) throw new Error('index.html has no place for the pages');
createRoot(place).render(<StrictMode><App code={takeCode()} /></StrictMode>);
