import { createImage, filter, gaussian, imageToCanvas } from 'convlab';
import { useEffect, useRef, useState } from 'react';

/** A disk on a gradient; `imageFromBlob(file)` decodes a file that the user chooses. */
const picture = createImage(320, 240, 4);
for (let y = 0, i = 0; y < 240; y++) {
  for (let x = 0; x < 320; x++, i += 4) {
    const inside = Math.hypot(x - 160, y - 120) < 80;
    picture.data.set(inside ? [240, 120, 30, 255] : [40 + x / 4, 90, 200 - y / 2, 255], i);
  }
}

/** A picture under a Gaussian blur, and a slider for its sigma. */
export function BlurredPicture() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [sigma, setSigma] = useState(4);
  const [status, setStatus] = useState('');

  useEffect(() => {
    const stop = new AbortController(); // a later sigma cancels this one
    filter(picture, gaussian(sigma), { signal: stop.signal })
      .then((soft) => {
        if (stop.signal.aborted || !canvas.current) return;
        imageToCanvas(soft, canvas.current);
        setStatus(`blurred with sigma ${sigma}`);
      })
      .catch((error: Error) => {
        if (error.name !== 'AbortError') setStatus(error.message);
      });
    return () => stop.abort();
  }, [sigma]);

  return (
    <main>
      <canvas ref={canvas} width={320} height={240} />
      <label>
        sigma <input type="range" min={0.5} max={20} step={0.5} value={sigma} onChange={(event) => setSigma(Number(event.target.value))} />
      </label>
      <p role="status">{status}</p>
    </main>
  );
}
