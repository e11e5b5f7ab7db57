// What the server tells of by itself, heard by one page of a browser for all of them:
// a browser opens six connections to a server at most, and six pages with a stream
// each would leave none for what a seventh asks.
export interface News {
  name: string;
  text: string;
  begins?: boolean;  // how it stands as this page begins: nothing was missed before it
}

const names = ['data', 'import', 'session'];
const shared = 'asepsis-events';
const pause = 15_000;  // milliseconds before a stream that was refused is asked for again

const aWhile = () => new Promise<void>((done) => { window.setTimeout(done, pause); });

// Until it is told to stop, or the server refuses.
function stream(take: (news: News) => void, begins: boolean, stop: AbortSignal): Promise<void> {
  return new Promise((ended) => {
    const source = new EventSource('/api/v1/events');
    let first = begins;
    const end = () => { source.close(); ended(); };
    stop.addEventListener('abort', end);
    for (const name of names) {
      source.addEventListener(name, (event: MessageEvent<string>) => {
        take({ name, text: event.data, ...(first && name === 'data' ? { begins: true } : {}) });
        if (name === 'data') first = false;
      });
    }
    source.addEventListener('error', () => {
      if (source.readyState !== EventSource.CLOSED) return;  // it tries again by itself
      take({ name: 'session', text: '' });
      void aWhile().then(end);
    });
  });
}

// Whose turn it is, the others waiting for it to go. Where there are no locks, each for itself.
async function inTurn(work: (begins: boolean) => Promise<void>, signal: AbortSignal): Promise<void> {
  const locks = navigator.locks as LockManager | undefined;
  if (!locks) return work(true);
  return locks.request(shared, { ifAvailable: true }, (lock) => (lock ? work(true) : locks.request(shared, { signal }, () => work(false))));
}

// Calls `take` with all news until what it returns is called.
export function hearNews(take: (news: News) => void): () => void {
  const stop = new AbortController();
  const others = new BroadcastChannel(shared);
  others.onmessage = (event: MessageEvent<News>) => take(event.data);
  const tell = (news: News) => {
    const { begins: _mine, ...told } = news;
    others.postMessage(told);
    take(news);
  };
  const keepOn = async () => {
    for (let begins = true; !stop.signal.aborted; begins = false) {
      await inTurn((first) => stream(tell, begins && first, stop.signal), stop.signal).catch(aWhile);
    }
  };
  void keepOn();
  return () => { stop.abort(); others.close(); };
}
