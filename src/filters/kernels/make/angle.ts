import { check, finite } from '../../../options.js';

/** The catalogue's description of an angle parameter. */
export const ANGLE_RULE = 'degrees, counter-clockwise from the right';

/**
 * The unit vector at an angle, `[x, y]`, y downwards. All filters measure angles from the right,
 * counter-clockwise on screen; parameters are in degrees.
 * @throws OptionError unless the angle is a finite number
 */
export function heading(operation: string, name: string, degrees: number): readonly [x: number, y: number] {
  check(operation, name, degrees, finite);
  const radians = ((degrees % 360) * Math.PI) / 180;
  return [exact(Math.cos(radians)), -exact(Math.sin(radians))];
}

/** Rounds values such as cos 90°, which is 6e-17 in float64. */
function exact(value: number): number {
  return Math.abs(value) < 1e-15 ? 0 : value;
}
