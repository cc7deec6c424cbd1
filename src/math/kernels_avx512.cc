#define LIMN_ISA avx512
#define LIMN_ISA_NAME "avx512"
#include "math/kernels.inc"
