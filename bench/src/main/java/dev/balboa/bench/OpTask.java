package dev.balboa.bench;

import java.util.List;

/**
 * One operation at one size, forward or forward and backward.
 *
 * @param name of the operation; contenders know what it stands for
 * @param large whether this is the large one of its two sizes
 * @param backward whether the gradients of the differentiable inputs are taken too, from {@link
 *     #cotangent}
 * @param images whether the first input is pictures [N, C, ...] that contenders may hold in a
 *     layout of their own
 * @param random whether the result depends on random numbers, of which every library has its own
 */
public record OpTask(
    String name,
    boolean large,
    boolean backward,
    boolean images,
    boolean random,
    List<OpInput> inputs) {
  /** The name in messages and between processes. */
  public String key() {
    return name + (large ? "/large" : "/small") + (backward ? "/backward" : "/forward");
  }

  /** The seed of input {@code i}. */
  public static long seed(int i) {
    return 100L + i;
  }

  /** What gradients are taken from: normally distributed numbers. */
  public static float[] cotangent(long... shape) {
    return Inputs.normal(
        99, Math.toIntExact(java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b)));
  }

  /** The shapes: {@code 1024x1024, 1024}. */
  String shapes() {
    return String.join(
        ", ",
        inputs.stream()
            .map(in -> String.join("x", in.dims().sizes().stream().map(Object::toString).toList()))
            .toList());
  }
}
