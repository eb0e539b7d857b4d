/** A package that is installed with convlab, or built into it. */
export interface Shipped {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly builtIn: boolean;
  readonly hasInstallScript: boolean;
}
export function shipped(): Shipped[];
export function licensesPage(): string;
