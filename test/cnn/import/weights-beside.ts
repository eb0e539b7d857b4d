import { PbfWriter } from 'pbf';

/** x [2, 3] · w [3, 2] as an ONNX file whose w lies 4 bytes into another file. */
export function beside(location: string): Uint8Array {
  const pbf = new PbfWriter();
  const named = (name: string) => (_none: null, message: PbfWriter) => message.writeStringField(1, name);
  pbf.writeMessage(
    7,
    (_none, graph) => {
      graph.writeMessage(
        1,
        (_no, node) => {
          for (const name of ['x', 'w']) node.writeStringField(1, name);
          node.writeStringField(2, 'y');
          node.writeStringField(4, 'MatMul');
        },
        null,
      );
      graph.writeMessage(
        5,
        (_no, tensor) => {
          for (const size of [3, 2]) tensor.writeVarintField(1, size);
          tensor.writeVarintField(2, 1);
          tensor.writeStringField(8, 'w');
          for (const [key, value] of Object.entries({ location, offset: '4', length: '24' })) {
            tensor.writeMessage(
              13,
              (_nothing, entry) => {
                entry.writeStringField(1, key);
                entry.writeStringField(2, value);
              },
              null,
            );
          }
          tensor.writeVarintField(14, 1);
        },
        null,
      );
      graph.writeMessage(11, named('x'), null);
      graph.writeMessage(12, named('y'), null);
    },
    null,
  );
  pbf.writeMessage(8, (version: number, set) => set.writeVarintField(2, version), 18);
  return pbf.finish();
}
