/** Tensors, operations, executors, backends, autograd, layers, optimizers, data and training. */
module dev.balboa.nn {
  requires dev.balboa.bindings;
  requires jdk.jfr;
  // Only data.image.ImageFolder, which says so if it is not there.
  requires static java.desktop;

  exports dev.balboa.nn.memory;
  exports dev.balboa.nn.op;
  exports dev.balboa.nn.backend;
  exports dev.balboa.nn.exec;
  exports dev.balboa.nn.tensor;
  exports dev.balboa.nn.graph;
  exports dev.balboa.nn.graph.pass;
  exports dev.balboa.nn.layer;
  exports dev.balboa.nn.model;
  exports dev.balboa.nn.optim;
  exports dev.balboa.nn.data;
  exports dev.balboa.nn.data.image;
  exports dev.balboa.nn.data.text;
  exports dev.balboa.nn.io;
  exports dev.balboa.nn.profile;
  exports dev.balboa.nn.quantize;
  exports dev.balboa.nn.train;
  exports dev.balboa.nn.explain;
  exports dev.balboa.nn.generate;
}
