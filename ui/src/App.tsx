// Which page belongs to which address. Each page is a file of its own, loaded
// when it is first opened; Cytoscape and Plot come with those that draw.
import { lazy, Suspense, useEffect } from 'react';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { BrowserRouter, Navigate, Route, Routes } from 'react-router-dom';
import { Refusal } from './api/client';
import { Broken } from './parts/Broken';
import { LiveData } from './parts/LiveData';
import { Only } from './parts/Only';
import { Loading } from './parts/Page';
import { SessionGate, useSession } from './parts/Session';
import { Shell } from './parts/Shell';
import { Vocabulary } from './parts/Vocabulary';
import { EvidenceDrawer } from './parts/Why';
import { Today } from './pages/Today';
import { NotFound } from './pages/NotFound';

const loads: (() => Promise<unknown>)[] = [];
const again = 500;  // milliseconds: a network that changes breaks off what is on its way
const page = <K extends string>(load: () => Promise<Record<K, React.ComponentType>>, name: K) => {
  loads.push(load);
  const twice = () => load().catch(async () => {
    await new Promise((done) => { window.setTimeout(done, again); });
    return load();
  });
  return lazy(async () => ({ default: (await twice())[name] }));
};

const Devices = page(() => import('./pages/Devices'), 'Devices');
const Device = page(() => import('./pages/Device'), 'Device');
const Models = page(() => import('./pages/Models'), 'Models');
const Model = page(() => import('./pages/Model'), 'Model');
const WorkOrder = page(() => import('./pages/WorkOrder'), 'WorkOrder');
const Findings = page(() => import('./pages/Findings'), 'Findings');
const Finding = page(() => import('./pages/Finding'), 'Finding');
const Classes = page(() => import('./pages/Classes'), 'Classes');
const MapPage = page(() => import('./pages/Map'), 'MapPage');
const Ask = page(() => import('./pages/Ask'), 'Ask');
const BringIn = page(() => import('./pages/BringIn'), 'BringIn');
const Sensor = page(() => import('./pages/Sensor'), 'Sensor');
const Ward = page(() => import('./pages/Ward'), 'Ward');
const Board = page(() => import('./pages/Board'), 'Board');
const Users = page(() => import('./pages/Users'), 'Users');
const Account = page(() => import('./pages/Account'), 'Account');

const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {  // the session ended: ask for a log-in
      if (error instanceof Refusal && error.problem.status === 401) void queries.invalidateQueries({ queryKey: ['session'] });
    },
  }),
  // The server may be this computer, or in a network that leads nowhere else: whether the
  // browser believes itself online says nothing of it.
  defaultOptions: {
    mutations: { networkMode: 'always' },
    queries: {
      networkMode: 'always',
      staleTime: 15_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < 2 && error instanceof Refusal && [0, 429, 503].includes(error.problem.status),
    },
  },
});

// Once the first page is there and nothing else is to do, the others are fetched,
// so that going to one shows it at once.
function useOtherPages() {
  useEffect(() => {
    const idle = window.requestIdleCallback(() => { for (const load of loads) void load().catch(() => undefined); }, { timeout: 5000 });
    return () => window.cancelIdleCallback(idle);
  }, []);
}

// A ward begins with its own board.
const Home = () => (useSession().role === 'ward' ? <Navigate to="/ward" replace /> : <Today />);

// The address changes at once: a box that was ticked must not look unticked until
// the machine has time for it.
const routing = { v7_startTransition: false, v7_relativeSplatPath: true };

export function App({ code }: { code: string | null }) {
  useOtherPages();
  return (
    <QueryClientProvider client={queries}>
      <BrowserRouter future={routing}>
        <SessionGate code={code}>
          <LiveData />
          <Vocabulary><EvidenceDrawer>
            <Shell>
              <Broken><Suspense fallback={<Loading />}>
                <Routes>
                  <Route path="/" element={<Home />} />
                  <Route path="/devices" element={<Devices />} />
                  <Route path="/devices/:id" element={<Device />} />
                  <Route path="/models" element={<Models />} />
                  <Route path="/models/:id" element={<Model />} />
                  <Route path="/models/:id/work-order" element={<WorkOrder />} />
                  <Route path="/findings" element={<Findings />} />
                  <Route path="/findings/:id" element={<Finding />} />
                  <Route path="/classes" element={<Classes />} />
                  <Route path="/map" element={<MapPage />} />
                  <Route path="/ask" element={<Only scope="query"><Ask /></Only>} />
                  <Route path="/bring-in" element={<Only scope="import"><BringIn /></Only>} />
                  <Route path="/sensor" element={<Sensor />} />
                  <Route path="/ward" element={<Ward />} />
                  <Route path="/ward/:area" element={<Ward />} />
                  <Route path="/board" element={<Board />} />
                  <Route path="/users" element={<Only scope="administer"><Users /></Only>} />
                  <Route path="/account" element={<Account />} />
                  <Route path="*" element={<NotFound />} />
                </Routes>
              </Suspense></Broken>
            </Shell>
          </EvidenceDrawer></Vocabulary>
        </SessionGate>
      </BrowserRouter>
    </QueryClientProvider>
  );
}
