/** A picture of numbers: row by row, and within a row all channels of a pixel together. */
export interface Map2D {
  side: number;
  channels: number;
  values: Float32Array;
}

/** A dense convolution of TensorFlow's `SAME`, then ReLU; `weight` is `[outputs, inputs, kernel, kernel]`. */
export function stem(input: Map2D, weight: Float32Array, bias: Float32Array, kernel: number, stride: number): Map2D {
  const side = input.side / stride;
  const outputs = bias.length;
  const values = new Float32Array(side * side * outputs);
  const before = Math.floor((kernel - stride) / 2);
  const { channels } = input;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const at = (y * side + x) * outputs;
      for (let output = 0; output < outputs; output++) {
        let sum = bias[output]!;
        for (let row = 0; row < kernel; row++) {
          const inRow = y * stride + row - before;
          if (inRow < 0 || inRow >= input.side) continue;
          for (let column = 0; column < kernel; column++) {
            const inColumn = x * stride + column - before;
            if (inColumn < 0 || inColumn >= input.side) continue;
            const from = (inRow * input.side + inColumn) * channels;
            for (let channel = 0; channel < channels; channel++) {
              const place = ((output * channels + channel) * kernel + row) * kernel + column;
              sum += input.values[from + channel]! * weight[place]!;
            }
          }
        }
        values[at + output] = sum > 0 ? sum : 0;
      }
    }
  }
  return { side, channels: outputs, values };
}

/** A 3x3 filter for each channel, `SAME`; `weight` is `[channels, 1, 3, 3]`. */
export function depthwise(input: Map2D, weight: Float32Array, bias: Float32Array, stride: number): Map2D {
  const { channels } = input;
  const side = input.side / stride;
  const values = new Float32Array(side * side * channels);
  // The odd zero of a stride of two lies below and to the right.
  const before = stride === 1 ? 1 : 0;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const at = (y * side + x) * channels;
      for (let channel = 0; channel < channels; channel++) values[at + channel] = bias[channel]!;
      for (let row = 0; row < 3; row++) {
        const inRow = y * stride + row - before;
        if (inRow < 0 || inRow >= input.side) continue;
        for (let column = 0; column < 3; column++) {
          const inColumn = x * stride + column - before;
          if (inColumn < 0 || inColumn >= input.side) continue;
          const from = (inRow * input.side + inColumn) * channels;
          const place = row * 3 + column;
          for (let channel = 0; channel < channels; channel++) {
            values[at + channel]! += input.values[from + channel]! * weight[channel * 9 + place]!;
          }
        }
      }
    }
  }
  return { side, channels, values };
}

/** A 1x1 convolution; `weight` is `[outputs, inputs, 1, 1]`. */
export function pointwise(input: Map2D, weight: Float32Array, bias: Float32Array): Map2D {
  const { side, channels } = input;
  const outputs = bias.length;
  const values = new Float32Array(side * side * outputs);
  for (let pixel = 0; pixel < side * side; pixel++) {
    const from = pixel * channels;
    for (let output = 0; output < outputs; output++) {
      let sum = bias[output]!;
      const row = output * channels;
      for (let channel = 0; channel < channels; channel++) sum += input.values[from + channel]! * weight[row + channel]!;
      values[pixel * outputs + output] = sum;
    }
  }
  return { side, channels: outputs, values };
}

/** Half the side: the largest of each two by two. */
export function halved({ side, channels, values }: Map2D): Map2D {
  const half = side / 2;
  const largest = new Float32Array(half * half * channels);
  for (let y = 0; y < half; y++) {
    for (let x = 0; x < half; x++) {
      const from = (2 * y * side + 2 * x) * channels;
      const below = from + side * channels;
      for (let channel = 0; channel < channels; channel++) {
        largest[(y * half + x) * channels + channel] = Math.max(
          values[from + channel]!,
          values[from + channels + channel]!,
          values[below + channel]!,
          values[below + channels + channel]!,
        );
      }
    }
  }
  return { side: half, channels, values: largest };
}

/** Adds what came around a block, whose missing channels count as zero, then ReLU; in place. */
export function joined(map: Map2D, around: Map2D): Map2D {
  const { channels, values } = map;
  for (let pixel = 0; pixel < map.side * map.side; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      const place = pixel * channels + channel;
      const other = channel < around.channels ? around.values[pixel * around.channels + channel]! : 0;
      values[place] = Math.max(0, values[place]! + other);
    }
  }
  return map;
}
