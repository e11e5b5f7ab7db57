// A page for those who may use it; others are told, and not shown what would be refused.
import { type ReactNode } from 'react';
import { Link } from 'react-router-dom';
import type { Schemas } from '../api/client';
import { Empty, Page } from './Page';
import { useMay } from './Session';

export function Only({ scope, children }: { scope: Schemas['Scope']; children: ReactNode }) {
  if (useMay(scope)) return children;
  return (
    <Page title="This page is not for your role" noAge>
      <Empty title="An administrator can change that"><p>{`It takes the right to ${scope}. `}<Link to="/">Back to the beginning</Link></p></Empty>
    </Page>
  );
}
