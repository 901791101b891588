package dev.balboa.conformance.pytorch;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.StringTensorDict;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** PyTorch, through its Java interface. */
final class TorchSide extends Side<Tensor> {
  private final ScalarType dtype;

  private TorchSide(ScalarType dtype) {
    this.dtype = dtype;
  }

  static Map<String, Numbers> run(ScalarType dtype, Consumer<TorchSide> description) {
    try (PointerScope _ = new PointerScope()) {
      TorchSide side = new TorchSide(dtype);
      description.accept(side);
      return side.results();
    }
  }

  /** Whole numbers, as lengths and indices are given. */
  static Tensor whole(long... values) {
    return torch.tensor(values, new TensorOptions(ScalarType.Long));
  }

  /**
   * A module in this side's type, whose parameters are given by name and shape; their gradients are
   * results. Nothing is dropped.
   */
  <M extends Module> M module(
      String prefix, M module, BiFunction<String, long[], Numbers> parameters) {
    module.to(dtype, false);
    module.eval();
    StringTensorDict own = module.named_parameters();
    StringVector names = own.keys();
    try (NoGradGuard _ = new NoGradGuard()) {
      for (long i = 0; i < names.size(); i++) {
        String name = names.get(i).getString();
        Tensor leaf = own.get(name);
        leaf.copy_(constant(parameters.apply(prefix + name, leaf.shape())));
        watch(prefix + name, leaf);
      }
    }
    return module;
  }

  @Override
  Tensor constant(Numbers x) {
    return x.torch(dtype);
  }

  @Override
  Tensor leaf(Numbers x) {
    return x.torch(dtype).set_requires_grad(true);
  }

  @Override
  Numbers numbers(Tensor tensor) {
    return Numbers.of(tensor);
  }

  @Override
  Map<String, Tensor> gradients(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    TensorVector leaves = new TensorVector();
    inputs.values().forEach(leaves::push_back);
    TensorVector ys = new TensorVector();
    TensorVector weights = new TensorVector();
    outputs.forEach((name, y) -> {
      ys.push_back(y);
      weights.push_back(cotangent(name, y));
    });
    TensorVector gradients = torch.grad(ys, leaves, weights, new BoolOptional(false), false, true);
    Map<String, Tensor> named = new LinkedHashMap<>();
    int i = 0;
    for (String name : inputs.keySet()) {
      Tensor g = gradients.get(i++);
      named.put(name, g.defined() ? g : null);
    }
    return named;
  }
}
