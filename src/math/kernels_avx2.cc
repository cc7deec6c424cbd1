#define LIMN_ISA avx2
#define LIMN_ISA_NAME "avx2"
#include "math/kernels.inc"
