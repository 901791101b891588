package dev.balboa.bench.pytorch;

import dev.balboa.bench.ModelPeer;
import dev.balboa.bench.ModelTask;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Whole models in PyTorch, set up as {@link PyTorchPeer} is. */
abstract sealed class TorchModels implements ModelPeer {
  private final String name;
  private final Order order;
  private final boolean mixed;

  private TorchModels(String name, Order order, boolean mixed) {
    this.name = name;
    this.order = order;
    this.mixed = mixed;
  }

  /** Pictures and kernels in the usual order. */
  public static final class Contiguous extends TorchModels {
    /** For the service loader. */
    public Contiguous() {
      super("pytorch", Order.CONTIGUOUS, false);
    }
  }

  /** Pictures and kernels in the order that PyTorch advises. */
  public static final class ChannelsLast extends TorchModels {
    /** For the service loader. */
    public ChannelsLast() {
      super("pytorch, channels last", Order.CHANNELS_LAST, false);
    }
  }

  /** In the usual order and mixed precision. */
  public static final class Bf16 extends TorchModels {
    /** For the service loader. */
    public Bf16() {
      super("pytorch, bf16", Order.CONTIGUOUS, true);
    }
  }

  Order order() {
    return order;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean takesPart(ModelTask task) {
    return task == ModelTask.RESNET50 || order == Order.CONTIGUOUS;
  }

  @Override
  public void open(int threads) {
    new PyTorchPeer().open(threads);
  }

  @Override
  public Steps prepare(ModelTask task) {
    return switch (task) {
      case RESNET50 -> {
        ResNet50 model = new ResNet50(order);
        SGDOptions options = new SGDOptions(task.rate());
        options.momentum().put(0.9);
        Tensor x =
            Tensors.ordered(
                Tensors.of(task.pictures(), task.batch(), 3, ModelTask.SIZE, ModelTask.SIZE),
                order);
        Optimizer sgd = new SGD(model.parameters(), options);
        yield new Training(model, model::logits, sgd, x, Tensors.labels(task.labels()), mixed);
      }
      case TRANSFORMER -> {
        TransformerClassifier model = new TransformerClassifier();
        Tensor x = Tensors.labels(task.words()).reshape(task.batch(), ModelTask.LENGTH);
        Optimizer adam = new Adam(model.parameters(), new AdamOptions(task.rate()));
        yield new Training(model, model::logits, adam, x, Tensors.labels(task.labels()), mixed);
      }
    };
  }

  private record Training(
      Module model,
      UnaryOperator<Tensor> logits,
      Optimizer optimizer,
      Tensor x,
      Tensor labels,
      boolean mixed)
      implements Steps {
    @Override
    public long parameters() {
      TensorVector parameters = model.parameters();
      long count = 0;
      for (long i = 0; i < parameters.size(); i++) {
        count += parameters.get(i).numel();
      }
      return count;
    }

    @Override
    public double step() {
      try (PointerScope _ = new PointerScope()) {
        optimizer.zero_grad();
        torch.set_autocast_dtype(torch.DeviceType.CPU, torch.ScalarType.BFloat16);
        torch.set_autocast_enabled(torch.DeviceType.CPU, mixed);
        Tensor loss = torch.cross_entropy_loss(logits.apply(x), labels);
        torch.set_autocast_enabled(torch.DeviceType.CPU, false);
        torch.clear_cache();
        loss.backward();
        optimizer.step();
        return loss.item_double();
      }
    }
  }
}
