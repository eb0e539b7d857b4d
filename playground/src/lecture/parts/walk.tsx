import { useEffect, useRef, useState } from 'preact/hooks';
import { inBrackets, short } from '../../parts/numbers.js';
import { Signed } from '../../parts/signed.js';
import { mayMove } from '../../shell/theme.js';
import { t } from '../strings.js';
import { Cells } from './cells.js';
import { fly } from './flight.js';
import type { Rows } from './rows.js';

interface WalkProps {
  /** The image with its border. */
  readonly input: Rows;
  readonly ghost?: (y: number, x: number) => boolean;
  /** If omitted: max pooling in windows of `window` × `window` that do not overlap. */
  readonly kernel?: Rows;
  readonly window?: number;
  /** The library's map. */
  readonly map: Rows;
  /** The position that the text describes, from 0; −1: none yet. */
  readonly at: number;
  /** True if the text describes the whole map: the window then moves over the remaining positions. */
  readonly all?: boolean;
  /** The cell of the map that the question asks for. */
  readonly secret?: number;
  readonly inputName?: string;
}

/** Milliseconds per position during automatic playback. */
const PACE = 330;

/** A window slides over an image; its products fly into one cell of the map. The user can select any cell of the map. */
export function Walk({ input, ghost, kernel, window = 3, map, at: wanted, all = false, secret = -1, inputName }: WalkProps) {
  const columns = map[0].length;
  const count = map.length * columns;
  // the text may be ahead of the map: the answer to its step is still being computed
  const at = Math.min(wanted, count - 1);
  const over = useRef<HTMLDivElement>(null);
  const [chosen, setPlace] = useState(at);
  const place = Math.min(chosen, count - 1);
  /** Cells of the map that are known. */
  const [known, setKnown] = useState<ReadonlySet<number>>(new Set());
  const size = kernel?.length ?? window;
  const stride = kernel ? 1 : window;
  const corner = (where: number) => [Math.floor(where / columns) * stride, (where % columns) * stride] as const;

  // the text moves the window
  useEffect(() => {
    if (!all || !mayMove) {
      setPlace(all ? count - 1 : at);
      if (all) setKnown(new Set(Array.from({ length: count }, (_, i) => i)));
      else setKnown(new Set(Array.from({ length: Math.max(0, at) }, (_, i) => i)));
      return;
    }
    let now = Math.max(0, at);
    setKnown(new Set(Array.from({ length: now }, (_, i) => i)));
    setPlace(now);
    const timer = setInterval(() => {
      now++;
      if (now >= count) clearInterval(timer);
      else setPlace(now);
    }, PACE);
    return () => clearInterval(timer);
  }, [at, all, count]);

  // the window's products move into their cell
  useEffect(() => {
    if (place < 0 || known.has(place)) return;
    const land = () => setKnown((before) => new Set([...before, place]));
    const target = over.current?.querySelector(`[data-cell="map/${Math.floor(place / columns)},${place % columns}"]`);
    if (!over.current || !target || all) return land();
    const [top, left] = corner(place);
    const flyers = Array.from({ length: size * size }, (_, i) => {
      const [y, x] = [Math.floor(i / size), i % size];
      const value = input[top + y][left + x];
      const from = over.current?.querySelector(`[data-cell="input/${top + y},${left + x}"]`) as Element;
      return { text: short(kernel ? value * kernel[y][x] : value, 3), from };
    });
    const stop = new AbortController();
    void fly(over.current, flyers, target, stop.signal).then(() => !stop.signal.aborted && land());
    return () => stop.abort();
  }, [place]);

  const [top, left] = corner(Math.max(place, 0));
  const inside = (y: number, x: number) => place >= 0 && y >= top && x >= left && y < top + size && x < left + size;
  const best = place < 0 || kernel ? undefined : map[Math.floor(place / columns)][place % columns];
  return (
    <div class="lec-walk" ref={over} style={{ '--all': input[0].length + (kernel?.[0].length ?? 0) + columns, '--rows': input.length }}>
      <Cells
        id="input"
        name={inputName ?? t(ghost ? 'padded' : 'picture')}
        rows={input}
        ghost={ghost}
        marked={inside}
        winner={(y, x) => best !== undefined && inside(y, x) && input[y][x] === best && place !== secret}
        note={kernel && ((y, x) => (inside(y, x) ? `×${short(kernel[y - top][x - left], 2)}` : ''))}
      />
      {kernel && (
        <Signed sign="∗">
          <Cells id="kernel" name={t('kernel')} rows={kernel} />
        </Signed>
      )}
      <Signed sign={kernel ? '=' : '→'}>
        <Cells
          id="map"
          name={t(kernel ? 'map' : 'pooled')}
          rows={map}
          hidden={(y, x) => !known.has(y * columns + x)}
          secret={(y, x) => y * columns + x === secret}
          marked={(y, x) => y * columns + x === place}
          onPick={(y, x) => setPlace(y * columns + x)}
        />
      </Signed>
      {place >= 0 && (
        <Written {...{ input, kernel, size, top, left }} result={place === secret ? undefined : map[Math.floor(place / columns)][place % columns]} />
      )}
    </div>
  );
}

interface WrittenProps {
  readonly input: Rows;
  readonly kernel?: Rows;
  readonly size: number;
  readonly top: number;
  readonly left: number;
  /** undefined while it is requested */
  readonly result?: number;
}

/** The products of the window and their sum, or the values whose maximum is computed. */
function Written({ input, kernel, size, top, left, result }: WrittenProps) {
  const cells = Array.from({ length: size * size }, (_, i) => [Math.floor(i / size), i % size] as const);
  const value = (y: number, x: number) => input[top + y][left + x];
  const terms = cells.map(([y, x]) => (kernel ? `${inBrackets(value(y, x))}·${inBrackets(kernel[y][x])}` : short(value(y, x))));
  return (
    <p class="lec-sum">
      <span class="unseen">{t('sum')}: </span>
      {kernel ? terms.join(' + ') : `max(${terms.join(', ')})`} <strong>= {result === undefined ? '?' : short(result, 6)}</strong>
    </p>
  );
}
