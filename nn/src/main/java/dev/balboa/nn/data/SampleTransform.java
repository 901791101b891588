package dev.balboa.nn.data;

import java.lang.foreign.MemorySegment;

/**
 * Makes another input of one, see {@link Dataset#map}.
 *
 * <p>Thread rule: called by several threads at once.
 */
@FunctionalInterface
public interface SampleTransform {
  /**
   * Writes the new input.
   *
   * @param input the elements of the old one, densely and in row-major order
   * @param output where to write those of the new one; contents undefined
   * @param random the numbers of this sample in this epoch
   */
  void apply(MemorySegment input, MemorySegment output, SampleRandom random);
}
