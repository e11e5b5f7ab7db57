// What stands where a page could not be shown: its file did not come, as when the
// server was ended or replaced meanwhile, or it met what it was not made for.
import { Component, type ReactNode } from 'react';
import { useLocation } from 'react-router-dom';
import { Button } from 'nhsuk-react-components';
import { Page } from './Page';

class Boundary extends Component<{ path: string; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };
  static getDerivedStateFromError = () => ({ failed: true });
  // Another page is another try.
  override componentDidUpdate(before: { path: string }) {
    if (this.state.failed && before.path !== this.props.path) this.setState({ failed: false });
  }
  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <Page title="This page could not be shown" noAge>
        <div className="problem" role="alert">
          <p>Part of it did not arrive, or the server was replaced by a newer one. Load it again; if that does not help, look whether asepsis still runs.</p>
          <Button type="button" secondary small onClick={() => location.reload()}>Load it again</Button>
        </div>
      </Page>
    );
  }
}

export const Broken = ({ children }: { children: ReactNode }) => <Boundary path={useLocation().pathname}>{children}</Boundary>;
