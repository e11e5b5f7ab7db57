import { Link } from 'react-router-dom';
import { Empty, Page } from '../parts/Page';

export const NotFound = () => (
  <Page title="There is no such page" noAge>
    <Empty title="Perhaps the link is old or incomplete">
      <p><Link to="/">Today</Link> says what to do first; <Link to="/devices">Devices</Link> finds a device by its name, address or serial number.</p>
    </Empty>
  </Page>
);
