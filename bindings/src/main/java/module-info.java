/**
 * Panama bindings to oneDNN, OpenBLAS and {@code balboa_kernels}.
 *
 * <p>Only the hand-written facades are exported, and only to the neural-network module; the
 * generated code stays internal.
 */
@SuppressWarnings("module") // dev.balboa.nn is compiled after this module
module dev.balboa.bindings {
  exports dev.balboa.bindings to
      dev.balboa.nn;
}
