# SPDX-License-Identifier: Apache-2.0
# A plugin for pytest: what the tests import is the code in this folder, never a copy of the project
# that is installed somewhere, which would be another version of it.
#
# It is loaded after pytest itself, so that no module of the project takes the place of one that
# pytest is made of.
import os
import sys

for folder in (os.getcwd(), os.path.join(os.getcwd(), "src")):
    if os.path.isdir(folder):
        sys.path[:] = [folder] + [other for other in sys.path if other != folder]
