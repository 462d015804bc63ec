/* What we ask of the compiler: results that must not be ignored, checked formats. */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

/* The caller has to look at the result. */
#define MUST_USE __attribute__((warn_unused_result))

/* Arguments are checked like printf's: the format is at POSITION, its arguments start at FIRST, counted from 1; FIRST
 * is 0 where they are a va_list. */
#define PRINTF_LIKE(position, first) __attribute__((format(printf, position, first)))

/* Branch hints for the packet path; nowhere else. */
#define LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* Number of elements of a real array (never of a pointer). */
#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#endif
