# Compiler flags that every target of the project shares.
add_compile_definitions(_GNU_SOURCE)
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes
  -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wundef -Wformat=2
  -fno-common -fstack-protector-strong -fno-strict-aliasing)
if(TLSWHY_WERROR)
  add_compile_options(-Werror)
endif()
if(TLSWHY_FUZZ AND CMAKE_C_COMPILER_ID MATCHES "Clang")
  set(TLSWHY_LIBFUZZER ON)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(TLSWHY_SANITIZE OR TLSWHY_LIBFUZZER)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
else()
  add_compile_options($<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
endif()
add_link_options(-Wl,-z,relro,-z,now)
