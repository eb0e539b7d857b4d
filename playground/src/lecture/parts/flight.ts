import { mayMove } from '../../shell/theme.js';

/** Milliseconds that a product flies, and between the starts of two products. */
const [FLIGHT, APART] = [620, 45] as const;

/** A flying product: its text, and the element from which it starts. */
interface Flyer {
  readonly text: string;
  readonly from: Element;
}

/**
 * Animates products that fly from their elements into a cell. With reduced motion, nothing is animated.
 * @param over a positioned element, above which the products are drawn
 * @returns resolves when all products have arrived, or were stopped by `signal`
 */
export async function fly(over: HTMLElement, flyers: readonly Flyer[], to: Element, signal: AbortSignal): Promise<void> {
  if (!mayMove || document.hidden) return;
  const ground = over.getBoundingClientRect();
  const middle = (element: Element) => {
    const box = element.getBoundingClientRect();
    return { x: box.left + box.width / 2 - ground.left, y: box.top + box.height / 2 - ground.top };
  };
  const end = middle(to);
  const flights = flyers.map(({ text, from }, i) => {
    const start = middle(from);
    const chip = document.createElement('span');
    chip.className = 'lec-fly';
    chip.ariaHidden = 'true';
    chip.textContent = text;
    over.append(chip);
    const at = ({ x, y }: { x: number; y: number }, scale: number) => `translate(${x}px, ${y}px) translate(-50%, -50%) scale(${scale})`;
    const top = { x: (start.x + end.x) / 2, y: Math.min(start.y, end.y) - 40 };
    const flight = chip.animate(
      [
        { transform: at(start, 0.7), opacity: 0 },
        { transform: at(start, 1.15), opacity: 1, offset: 0.25 },
        { transform: at(top, 1), opacity: 1, offset: 0.65 },
        { transform: at(end, 0.5), opacity: 0.2 },
      ],
      { duration: FLIGHT, delay: i * APART, easing: 'ease-in-out', fill: 'both' },
    );
    signal.addEventListener('abort', () => flight.cancel());
    return flight.finished.catch(() => undefined).finally(() => chip.remove());
  });
  await Promise.all(flights);
}
