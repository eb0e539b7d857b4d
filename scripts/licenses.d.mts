/** A package that is installed with convlab. */
export interface Shipped {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly optional: boolean;
  readonly hasInstallScript: boolean;
}
export function shipped(): Shipped[];
export function licensesPage(): string;
