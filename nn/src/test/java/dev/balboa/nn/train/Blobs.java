package dev.balboa.nn.train;

import dev.balboa.nn.data.Dataset;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/** Pictures [1, 4, 4] of noise, brighter in the row that is their class, 0 to 3. */
record Blobs(int size, long seed) implements Dataset {
  static final Shape PICTURE = Shape.of(1, 4, 4);
  static final int CLASSES = 4;

  @Override
  public TensorSpec inputSpec() {
    return new TensorSpec(PICTURE, DType.F32);
  }

  @Override
  public TensorSpec labelSpec() {
    return new TensorSpec(Shape.scalar(), DType.I32);
  }

  @Override
  public void read(int index, MemorySegment input, MemorySegment label) {
    int row = index % CLASSES;
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + index);
    for (int i = 0; i < 16; i++) {
      float pixel = (float) (random.nextDouble() + (i / 4 == row ? 0.6 : 0));
      input.setAtIndex(ValueLayout.JAVA_FLOAT, i, pixel);
    }
    label.set(ValueLayout.JAVA_INT, 0, row);
  }
}
