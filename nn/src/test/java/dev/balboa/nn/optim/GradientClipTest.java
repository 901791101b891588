package dev.balboa.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestBackend.class)
class GradientClipTest {
  @RegisterExtension final TestExecution execution;

  private final Map<String, Parameter> parameters = new LinkedHashMap<>();

  GradientClipTest(TestBackend backend) {
    execution = new TestExecution(backend);
  }

  @BeforeEach
  void create() {
    parameters.put("a", Parameter.trainable(Tensors.ones(2)));
    parameters.put("b", Parameter.trainable(Tensors.ones(1)));
    parameters.put("without gradient", Parameter.trainable(Tensors.ones(1)));
    parameters.put("state", Parameter.state(Tensors.ones(1)));
  }

  @AfterEach
  void close() {
    parameters.values().forEach(Parameter::close);
  }

  private void gradients(float a0, float a1, float b) {
    parameters.get("a").tensor().mul(Tensor.of(new float[] {a0, a1})).sum().backward();
    parameters.get("b").tensor().mul(b).sum().backward();
  }

  private float[] gradient(String path) {
    return parameters.get(path).grad().toFloats();
  }

  @Test
  void theGlobalNormCountsAllParameters() {
    gradients(2, 3, -6);
    assertThat(GradientClip.globalNorm(3.5).apply(parameters)).isEqualTo(7);
    assertThat(gradient("a")).containsExactly(1, 1.5f);
    assertThat(gradient("b")).containsExactly(-3);
    assertThat(GradientClip.none().apply(parameters)).isCloseTo(3.5, within(1e-12));
  }

  @Test
  void aSmallNormIsLeftAlone() {
    gradients(2, 3, -6);
    assertThat(GradientClip.globalNorm(7).apply(parameters)).isEqualTo(7);
    assertThat(gradient("a")).containsExactly(2, 3);
  }

  @Test
  void valuesAreClamped() {
    gradients(2, -3, 0.5f);
    GradientClip.value(1).apply(parameters);
    assertThat(gradient("a")).containsExactly(1, -1);
    assertThat(gradient("b")).containsExactly(0.5f);
  }

  @Test
  void noGradientsHaveNormZero() {
    assertThat(GradientClip.globalNorm(1).apply(parameters)).isZero();
  }

  @Test
  void aNormThatIsNotFiniteNamesTheParameters() {
    gradients(2, Float.NaN, 1);
    assertThatThrownBy(() -> GradientClip.globalNorm(1).apply(parameters))
        .isInstanceOf(NonFiniteGradientException.class)
        .hasMessage("the gradient norm is NaN, from a");
    assertThat(gradient("b")).containsExactly(1);
    assertThatThrownBy(() -> GradientClip.globalNorm(0)).hasMessageContaining("norm > 0");
    assertThatThrownBy(() -> GradientClip.value(Double.NaN)).hasMessageContaining("value > 0");
  }
}
