/** Tensors, operations, executors, backends, autograd, layers, optimizers, data and training. */
module dev.balboa.nn {
  requires dev.balboa.bindings;

  exports dev.balboa.nn.memory;
}
