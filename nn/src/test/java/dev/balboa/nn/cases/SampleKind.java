package dev.balboa.nn.cases;

import dev.balboa.nn.op.Shape;
import java.util.Arrays;
import java.util.function.Predicate;

/** What is unusual in a sample, of which each case should have some. */
enum SampleKind {
  /** An input without elements. */
  EMPTY(in -> in.spec().shape().size() == 0),
  /** An axis of length 1. */
  ONE(in -> Arrays.stream(in.spec().shape().dims()).anyMatch(n -> n == 1)),
  /** An axis whose length is a prime number from 5 on, which no block or vector divides. */
  PRIME(in -> Arrays.stream(in.spec().shape().dims()).anyMatch(SampleKind::isPrime)),
  /** An axis a hundred times as long as another, or as all others together. */
  LOPSIDED(in -> isLopsided(in.spec().shape())),
  /** A view with gaps between its elements. */
  STRIDED(in -> in.placement() instanceof Placement.Sliced),
  /** A view whose axes lie in another order. */
  PERMUTED(in -> in.placement() instanceof Placement.Permuted),
  /** A view with axes of stride 0. */
  EXPANDED(in -> in.placement() instanceof Placement.Expanded),
  /** A view that starts inside of its memory, at no multiple of a vector. */
  UNALIGNED(in -> in.placement() instanceof Placement.Shifted),
  /** The same tensor as another input. */
  SAME(in -> in.sameAs() >= 0),
  /** A view of memory that is another input's too. */
  OVERLAPPING(in -> in.placement() instanceof Placement.Overlapping);

  @SuppressWarnings("ImmutableEnumChecker") // none of the predicates has a state
  private final Predicate<Input> has;

  SampleKind(Predicate<Input> has) {
    this.has = has;
  }

  boolean isIn(Sample s) {
    return s.inputs().stream().anyMatch(has);
  }

  private static boolean isPrime(long n) {
    boolean prime = n >= 5;
    for (long i = 2; prime && i * i <= n; i++) {
      prime = n % i != 0;
    }
    return prime;
  }

  private static boolean isLopsided(Shape shape) {
    long longest = Arrays.stream(shape.dims()).max().orElse(0);
    long shortest = Arrays.stream(shape.dims()).min().orElse(0);
    return shape.size() > 0
        && longest >= 100
        && (longest >= 100 * shortest || longest * longest >= 100 * shape.size());
  }
}
