# A room of lib/: a static library of all .c files in its folder, exporting only its own include folder and
# linking only the rooms it may use, so that an include against the arrows does not compile.
#   tlswhy_room(NAME [FOLDER folder] [USES room ...] [LIBRARIES target ...])
# LIBRARIES are for the room's own files only: what they declare is not seen by those who use the room.
function(tlswhy_room name)
  cmake_parse_arguments(ROOM "" "FOLDER" "USES;LIBRARIES" ${ARGN})
  if(NOT ROOM_FOLDER)
    set(ROOM_FOLDER ${name})
  endif()
  set(folder ${CMAKE_CURRENT_SOURCE_DIR}/${ROOM_FOLDER})
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.c)
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${folder}/include PRIVATE ${folder})
  target_link_libraries(${name} PUBLIC ${ROOM_USES} PRIVATE ${ROOM_LIBRARIES})
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
endfunction()

# The unit tests of a room: every tests/unit/<room>/test_<noun>.c is a Check program of its own.
function(tlswhy_unit_tests room)
  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${room}/test_*.c)
  foreach(test ${tests})
    get_filename_component(noun ${test} NAME_WE)
    set(target unit_${room}_${noun})
    add_executable(${target} ${test})
    target_link_libraries(${target} PRIVATE test_support ${ARGN} PkgConfig::CHECK)
    target_compile_options(${target} PRIVATE -Wno-gnu-zero-variadic-macro-arguments -Wno-missing-prototypes)
    add_test(NAME unit.${room}.${noun} COMMAND ${target})
  endforeach()
endfunction()
