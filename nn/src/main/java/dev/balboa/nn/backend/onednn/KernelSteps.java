package dev.balboa.nn.backend.onednn;

import dev.balboa.bindings.KernelCall;

/** A kernel without state, which a list of calls can have between its primitives. */
record KernelSteps(KernelCall call, Step step) implements Step.Factory {
  @Override
  public Step newStep() {
    return step;
  }
}
