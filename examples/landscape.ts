// A landscape painted in code, with a function from points to colors: gradients, hard and soft edges, bright colors, fine
// texture, line pairs and a zone plate.

export type Color = readonly [red: number, green: number, blue: number];

/** Its size in pixels. */
export const SCENE = { width: 440, height: 330 } as const;
/** A white card on the right, with room for a few words. */
export const CARD = { x: 352, y: 212, width: 74, height: 106 } as const;
const HORIZON = 178;
const SHORE = 236;
const SUN = { x: 318, y: 128 };

/** The color of a pixel: the mean of 3 × 3 points inside it, so that edges are antialiased. */
export function landscape(x: number, y: number): Color {
  let red = 0;
  let green = 0;
  let blue = 0;
  for (let dy = 1; dy < 6; dy += 2) {
    for (let dx = 1; dx < 6; dx += 2) {
      const point = paint(x + dx / 6, y + dy / 6);
      red += point[0];
      green += point[1];
      blue += point[2];
    }
  }
  return scale([red, green, blue], 1 / 9);
}

/** The color at a point: that of the frontmost object there. */
function paint(x: number, y: number): Color {
  return card(x, y) ?? ball(x, y) ?? zonePlate(x, y) ?? chart(x, y) ?? (y > SHORE ? wood(x, y) : undefined) ?? lighthouse(x, y) ?? distance(x, y);
}

function distance(x: number, y: number): Color {
  if (y > HORIZON) return water(x, y);
  const near = 164 - 16 * fbm(x / 60, 7) - 26 * bump(x, 40, 90);
  if (y > near) return scale([62, 92, 54], 0.45 + 1.1 * fbm(x / 3, y / 3)); // a wood: fine texture
  const far = 150 - 66 * fbm(x / 85, 3) + 20 * bump(x, SUN.x, 60);
  if (y > far) {
    const snow = y < 104 + 30 * fbm(x / 8, y / 11);
    return mix(snow ? [236, 232, 240] : [96, 104, 140], [214, 160, 150], clamp01((y - 100) / 90));
  }
  return sky(x, y);
}

function sky(x: number, y: number): Color {
  const air = mix([44, 92, 160], [250, 196, 132], clamp01(y / HORIZON) ** 1.4);
  const cloud = clamp01((fbm(x / 70 + 4, y / 16) - 0.52) * 5) * 0.75;
  const away = Math.hypot(x - SUN.x, y - SUN.y);
  if (away < 17) return [255, 246, 214];
  return add(mix(air, [255, 232, 214], cloud), scale([90, 60, 10], Math.exp(-(away - 17) / 26)));
}

function water(x: number, y: number): Color {
  const depth = (y - HORIZON) / (SHORE - HORIZON);
  const ripple = fbm(x / (10 + 30 * depth), (y * 3.2) / (1 + 2 * depth));
  const glitter = Math.abs(x - SUN.x) < 10 + 40 * depth * ripple && ripple > 0.52 ? 1 : 0;
  return mix(scale(sky(x + 14 * (ripple - 0.5), HORIZON * (1 - depth * 0.9)), 0.5 + 0.5 * ripple), [255, 232, 180], 0.8 * glitter);
}

function lighthouse(x: number, y: number): Color | undefined {
  const middle = 84;
  const top = 62;
  const foot = 196;
  if (y > foot - 6 && y < SHORE) {
    const rock = 34 - 30 * Math.abs((y - 214) / 24) ** 2 + 10 * fbm(x / 5, y / 5);
    if (Math.abs(x - middle) < rock) return scale([116, 100, 92], 0.4 + fbm(x / 4 + 9, y / 4));
  }
  const across = (x - middle) / (9 + (7 * (y - top)) / (foot - top));
  const round = 0.5 + 0.5 * Math.sqrt(Math.max(0, 1 - (across - 0.35) ** 2));
  if (y < top && y > top - 16) {
    if (y < top - 11) return Math.abs(x - middle) < (y - top + 18) * 1.7 ? scale([176, 40, 38], round) : undefined; // roof
    if (Math.abs(x - middle) < 6) return Math.abs(x - middle) % 4 < 0.8 ? [60, 50, 50] : [255, 240, 170]; // lamp
    return undefined;
  }
  if (y >= top && y < top + 3 && Math.abs(x - middle) < 13) return [58, 52, 56]; // gallery
  if (y < top || y > foot || Math.abs(across) > 1) return undefined;
  return scale(Math.floor((y - top) / 19) % 2 ? [206, 46, 42] : [246, 242, 234], round);
}

function wood(x: number, y: number): Color {
  const plank = Math.floor((y - SHORE) / 24);
  const seam = (y - SHORE) % 24 < 1.4;
  const grain = fbm(x / 60 + plank * 17, y / 2.2 + 2 * Math.sin(x / 40 + plank * 2));
  const shadow = Math.hypot((x - 312) / 46, (y - 312) / 9) < 1 || inside(x - 5, y - 4, 16, 212, 132, 106) || inside(x - 4, y - 4, 164, 222, 92, 92);
  return scale(seam ? [70, 42, 26] : [178, 122, 76], (0.62 + 0.6 * grain) * (shadow ? 0.55 : 1));
}

/** 4 × 6 patches: hues, skin and foliage tones, and a gray ramp. */
function chart(x: number, y: number): Color | undefined {
  if (!inside(x, y, 16, 212, 132, 106)) return undefined;
  const [column, row] = [(x - 19) / 21, (y - 215) / 25];
  if (column % 1 > 0.88 || row % 1 > 0.9 || column < 0 || row < 0 || column >= 6 || row >= 4) return [24, 24, 26];
  return PATCHES[Math.floor(row)][Math.floor(column)];
}

const PATCHES: readonly (readonly Color[])[] = [
  [
    [118, 82, 66],
    [198, 150, 130],
    [92, 122, 158],
    [90, 108, 64],
    [130, 128, 178],
    [100, 190, 172],
  ],
  [
    [220, 124, 42],
    [72, 90, 168],
    [196, 84, 96],
    [92, 58, 106],
    [160, 190, 62],
    [228, 162, 44],
  ],
  [
    [40, 60, 150],
    [68, 150, 72],
    [178, 48, 56],
    [236, 204, 32],
    [190, 84, 150],
    [0, 136, 164],
  ],
  [
    [245, 245, 243],
    [202, 202, 202],
    [160, 160, 160],
    [120, 120, 120],
    [80, 80, 82],
    [46, 46, 48],
  ],
];

/** A zone plate: the frequency grows with the distance from the center, almost up to the Nyquist limit. */
function zonePlate(x: number, y: number): Color | undefined {
  if (!inside(x, y, 164, 222, 92, 92)) return undefined;
  const r2 = (x - 210) ** 2 + (y - 268) ** 2;
  if (r2 > 43 ** 2) return [240, 238, 230];
  const gray = 127.5 * (1 + Math.cos((Math.PI * r2) / 98));
  return [gray, gray, gray];
}

function ball(x: number, y: number): Color | undefined {
  const [nx, ny] = [(x - 304) / 40, (y - 272) / 40];
  if (nx * nx + ny * ny > 1) return undefined;
  const nz = Math.sqrt(1 - nx * nx - ny * ny);
  const light = Math.max(0, 0.45 * nx - 0.62 * ny + 0.64 * nz);
  const slice = Math.floor((Math.atan2(nx + 0.25, nz) / Math.PI + 1) * 6) + (ny > -0.1 ? 1 : 0);
  const paintwork: Color = slice % 2 ? [232, 178, 36] : [24, 116, 122];
  return add(scale(paintwork, 0.22 + 0.85 * light), scale([255, 255, 255], light ** 40));
}

/** A white card with line pairs of growing frequency and slanted hatching; text is printed on it later. */
function card(x: number, y: number): Color | undefined {
  if (inside(x - 3, y - 3, CARD.x, CARD.y, CARD.width, CARD.height) && !inside(x, y, CARD.x, CARD.y, CARD.width, CARD.height) && y > SHORE) {
    return scale(wood(x, y), 0.6);
  }
  if (!inside(x, y, CARD.x, CARD.y, CARD.width, CARD.height)) return undefined;
  const [u, v] = [x - CARD.x - 7, y - CARD.y];
  if (u > 0 && u < 60) {
    if (v > 48 && v < 70) return Math.sin(u * (0.35 + u / 45)) > 0 ? [20, 20, 24] : [250, 250, 246];
    if (v > 75 && v < 98) return Math.sin((u + (u < 30 ? v : -v)) * 1.5) > 0 ? [180, 30, 40] : [250, 250, 246];
  }
  return [250, 250, 246];
}

function inside(x: number, y: number, left: number, top: number, width: number, height: number): boolean {
  return x >= left && x < left + width && y >= top && y < top + height;
}

/** Fractal noise of three octaves, about 0.2 … 0.8. */
function fbm(x: number, y: number): number {
  return 0.5 * noise(x, y) + 0.3 * noise(x * 2.1 + 5, y * 2.1) + 0.2 * noise(x * 4.3, y * 4.3 + 9);
}

/** Random values at integer points, smoothly interpolated between them. */
function noise(x: number, y: number): number {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const u = ease(x - ix);
  const v = ease(y - iy);
  const top = hash(ix, iy) * (1 - u) + hash(ix + 1, iy) * u;
  return top * (1 - v) + (hash(ix, iy + 1) * (1 - u) + hash(ix + 1, iy + 1) * u) * v;
}

function hash(x: number, y: number): number {
  let h = Math.imul(x, 374761393) ^ Math.imul(y, 668265263);
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

function ease(t: number): number {
  return t * t * (3 - 2 * t);
}

function bump(x: number, center: number, width: number): number {
  return Math.exp(-(((x - center) / width) ** 2));
}

function clamp01(t: number): number {
  return Math.min(1, Math.max(0, t));
}

function mix(a: Color, b: Color, t: number): Color {
  return [a[0] * (1 - t) + b[0] * t, a[1] * (1 - t) + b[1] * t, a[2] * (1 - t) + b[2] * t];
}

function add(a: Color, b: Color): Color {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

function scale(a: Color, factor: number): Color {
  return [a[0] * factor, a[1] * factor, a[2] * factor];
}
