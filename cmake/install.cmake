# What is installed where, and the Debian package (target deb).

include(GNUInstallDirs)

set(man_page ${PROJECT_BINARY_DIR}/asepsis.1.gz)
add_custom_command(OUTPUT ${man_page}
  COMMAND gzip -9nc ${PROJECT_SOURCE_DIR}/docs/asepsis.1 > ${man_page}
  DEPENDS docs/asepsis.1)
add_custom_target(man ALL DEPENDS ${man_page})

install(TARGETS asepsis)
install(FILES ${man_page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES completions/asepsis.bash
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME asepsis)
install(FILES completions/_asepsis DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES completions/asepsis.fish
  DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES packaging/asepsis@.service DESTINATION /lib/systemd/system)
install(FILES README.md CHANGELOG.md SECURITY.md NOTICE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_NAME asepsis)
set(CPACK_PACKAGE_CONTACT "The asepsis authors <asepsis@invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "inventory of the devices on a hospital network, by listening")
set(CPACK_PACKAGE_DESCRIPTION
  "Reads network captures and says which devices are there: what each is, its maker, model,\n\
firmware and serial number, whom it talks to, and the evidence for each of these. It never\n\
transmits on the network and keeps nothing about patients.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)  # the libraries, from what the binary links
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${PROJECT_SOURCE_DIR}/packaging/prerm ${PROJECT_SOURCE_DIR}/packaging/postinst
  ${PROJECT_SOURCE_DIR}/packaging/postrm)
include(CPack)

add_custom_target(deb
  COMMAND ${CMAKE_CPACK_COMMAND} --config ${PROJECT_BINARY_DIR}/CPackConfig.cmake
    -B ${PROJECT_BINARY_DIR}
  COMMAND ${CMAKE_COMMAND} -E echo "The package is in ${PROJECT_BINARY_DIR}"
  DEPENDS asepsis man
  VERBATIM)

# Man page and completions know every command and option of the program.
add_test(NAME front_door
  COMMAND ${PROJECT_SOURCE_DIR}/tests/front_door.sh $<TARGET_FILE:asepsis>)
add_test(NAME completions
  COMMAND ${PROJECT_SOURCE_DIR}/tests/end_to_end/completions.py $<TARGET_FILE:asepsis>
    ${PROJECT_SOURCE_DIR}/completions)
