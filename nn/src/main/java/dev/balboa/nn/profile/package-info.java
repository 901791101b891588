/** Where the time and the memory of a model go, layer by layer and operation by operation. */
package dev.balboa.nn.profile;
