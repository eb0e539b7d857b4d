// Which kernel should I use?
// Also: list of filters, kernel names, choose a filter, catalogue, what can it do
// Every name works in `filter(photo, 'gaussian:2')` and in `convlab filter --kernel gaussian:2`. [The
// catalogue](../filters.md) shows each filter on one image.
import { catalogue } from 'convlab';

for (const [name, { summary }] of Object.entries(catalogue)) console.log(`${name.padEnd(24)} ${summary}`);
