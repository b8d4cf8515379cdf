/** The program that is measured away from home, at home, and beside what we are compared with. */
@NullMarked
package io.sojourn.benchmarks.probe;

import org.jspecify.annotations.NullMarked;
