package dev.balboa.nn.backend.reference;

/** What an operation computes, on elements in row-major order; outputs come as zeros. */
@FunctionalInterface
interface Kernel {
  void run(Elements[] in, Elements[] out);
}
