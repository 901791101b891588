package dev.balboa.nn.data.image;

import dev.balboa.nn.data.Dataset;
import dev.balboa.nn.data.SampleRandom;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Makes one picture of another, at random if it draws. {@link ImageTransforms} has the usual ones;
 * one of one's own is a lambda, with {@link #outputShape} overridden if it changes the size.
 *
 * <p>Thread rule: called by several threads at once.
 */
@FunctionalInterface
public interface ImageTransform {
  /**
   * The new picture; the given one is not written to, but may be returned.
   *
   * @param random the numbers of this sample in this epoch
   */
  Image apply(Image image, SampleRandom random);

  /**
   * The shape of what comes of pictures of a shape, [channels, height, width].
   *
   * @throws IllegalArgumentException if the transform cannot be applied to them
   */
  default Shape outputShape(Shape input) {
    return input;
  }

  /** This transform, then another. */
  default ImageTransform then(ImageTransform next) {
    return new Composition(this, next);
  }

  /**
   * A dataset with its pictures transformed anew in every epoch. What is drawn for a sample depends
   * on seed, epoch and index alone: neither on threads nor on the order in which samples are read.
   *
   * @param source with inputs F32 [channels, height, width]
   */
  default Dataset over(Dataset source, long seed) {
    Shape shape = source.inputSpec().shape();
    if (source.inputSpec().dtype() != DType.F32 || shape.rank() != 3) {
      throw new IllegalArgumentException(
          "image transform: expected pictures F32[channels, height, width], got "
              + source.inputSpec());
    }
    Shape after = outputShape(shape);
    return source.map(
        new TensorSpec(after, DType.F32),
        (input, output, random) -> {
          float[] pixels = input.toArray(ValueLayout.JAVA_FLOAT);
          Image before =
              new Image(pixels, (int) shape.dim(0), (int) shape.dim(1), (int) shape.dim(2));
          Image made = apply(before, random);
          if (!made.shape().equals(after)) {
            throw new IllegalStateException(
                "image transform: expected its result to be " + after + ", got " + made.shape());
          }
          MemorySegment.copy(
              made.pixels(), 0, output, ValueLayout.JAVA_FLOAT, 0, made.pixels().length);
        },
        seed);
  }
}
