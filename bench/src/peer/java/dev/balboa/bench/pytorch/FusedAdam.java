package dev.balboa.bench.pytorch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.Function;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * {@code torch._fused_adam_}, which updates all parameters in one pass each: Python's {@code
 * Adam(fused=True)}.
 */
final class FusedAdam {
  private static final String SCRIPT =
      """
      def pack(a: Tensor, b: Tensor, c: Tensor, d: Tensor, e: Tensor, f: Tensor, g: Tensor, h: Tensor):
          return [a, b, c, d, e, f, g, h]

      def step(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor],
               none: List[Tensor], steps: List[Tensor], lr: float):
          torch._foreach_add_(steps, 1)
          torch._fused_adam_(p, g, m, v, none, steps, lr=lr, beta1=0.9, beta2=0.999,
                             weight_decay=0.0, eps=1e-8, amsgrad=False, maximize=False)
          return 0

      def nothing():
          l: List[Tensor] = []
          return l
      """;

  private final CompilationUnit script;
  private final Function pack;
  private final Function step;
  private final List<Tensor> parameters;
  private final IValue values;
  private final IValue first;
  private final IValue second;
  private final IValue none;
  private final IValue steps;
  private final IValue learningRate;

  FusedAdam(Network network, double learningRate) {
    script = torch.compile(SCRIPT);
    pack = function("pack");
    step = function("step");
    parameters = network.weights();
    values = list(parameters);
    first = list(parameters.stream().map(torch::zeros_like).toList());
    second = list(parameters.stream().map(torch::zeros_like).toList());
    steps = list(parameters.stream().map(parameter -> Tensors.of(new float[1])).toList());
    none = function("nothing").apply(new IValueVector());
    this.learningRate = new IValue(learningRate);
  }

  private Function function(String name) {
    return script.get_function(new QualifiedName(name));
  }

  private IValue list(List<Tensor> tensors) {
    return pack.apply(new IValueVector(tensors.stream().map(IValue::new).toArray(IValue[]::new)));
  }

  void zeroGradients() {
    for (Tensor parameter : parameters) {
      parameter.mutable_grad().reset();
    }
  }

  /** To be called within a scope, which releases the gradients' handles. */
  void step() {
    List<Tensor> gradients = new ArrayList<>(parameters.size());
    for (Tensor parameter : parameters) {
      gradients.add(parameter.grad());
    }
    step.apply(new IValueVector(values, list(gradients), first, second, none, steps, learningRate));
  }
}
