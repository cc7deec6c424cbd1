#define LIMN_ISA baseline
#define LIMN_ISA_NAME "baseline"
#include "math/kernels.inc"
