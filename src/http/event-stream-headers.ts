/** Headers of a stream of Server-Sent Events. Proxies neither keep it (`cache-control`) nor hold it back (nginx's own header). */
export const EVENT_STREAM_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};
