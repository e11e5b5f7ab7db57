// Every page, and what a reader must find on it. `ids` are of the example estate.
export const pagesOf = (ids) => [
  { name: 'today', path: '/', title: 'Today', has: ['Three things to do today', 'What changed', 'What could not be seen', 'Latest heard'] },
  { name: 'devices', path: '/devices', title: 'Devices', has: ['Infusion pump', 'Save as CSV'] },
  { name: 'devices, nothing found', path: '/devices?q=nosuchthing', title: 'Devices', has: ['No device matches', 'Remove a filter'] },
  { name: 'device', path: `/devices/${ids.pump}`, has: ['Identity', 'Serial number', 'Settings', 'Services it gives', 'Conversations', 'History', 'Why?'] },
  { name: 'device, none', path: '/devices/d-ffffffffff', title: 'Device', has: ['Search all devices'], refused: true },
  { name: 'models', path: '/models', title: 'Models', has: ['Agilia VP MC', 'at least'] },
  { name: 'model', path: `/models/${ids.model}`, has: ['Settings by variant', 'Which device is which', 'Plan', 'Print as a work order'] },
  { name: 'work order', path: `/models/${ids.model}/work-order`, has: ['Work order', 'Before anything', 'No patient is attached'] },
  { name: 'findings', path: '/findings', title: 'Findings', has: ['Must be controlled', 'Save as CSV'] },
  { name: 'finding', path: `/findings/${ids.finding}`, has: ['What to do', 'Ward', 'Biomedical engineering', 'Evidence', 'Accept the risk until a day'] },
  { name: 'classes', path: '/classes', title: 'Weakness classes', has: ['CWE-'] },
  { name: 'map', path: '/map', title: 'Map', has: ['Group by', 'Care areas', 'Conversations', 'clear text'] },
  { name: 'map of a device', path: `/map?level=device&within=device:${ids.pump}`, title: 'Map', has: ['Inside'] },
  { name: 'ask', path: `/ask?sql=${encodeURIComponent('SELECT class, count(*) AS devices FROM devices GROUP BY 1')}`, title: 'Ask', has: ['Examples', 'infusion-pump', 'As a chart'] },
  { name: 'bring in', path: '/bring-in', title: 'Bring in', has: ['Drop captures and documents here'] },
  { name: 'sensor', path: '/sensor', title: 'About this sensor', has: ['What was heard', 'hospital.pcapng.zst', 'What it promises'] },
  { name: 'wards', path: '/ward', title: 'Ward', has: ['Choose your ward'] },
  { name: 'ward', path: `/ward/${encodeURIComponent(ids.area)}`, title: ids.area, has: ['What to do', 'Which devices'] },
  { name: 'board', path: '/board', title: 'For the board', has: ['The three questions to ask this week', 'Who is accountable'] },
  { name: 'users', path: '/users', title: 'Users', has: ['Add a user', 'Log-ins and changes'] },
  { name: 'account', path: '/account', title: 'Your account', has: ['Tokens for programs'] },
  { name: 'no page', path: '/nothing/here', title: 'There is no such page', has: ['Today'] },
];

// What no ward page may say.
export const jargon = /\b(CWE|CVE|TLS|SSH|SNMP|HTTP|TCP|UDP|port \d+|VLAN|cipher|MAC address|SQL)\b/;
