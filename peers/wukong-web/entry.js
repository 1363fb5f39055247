// The page's whole script: the unmodified SDK, handed to the tests as window.WK.
import WKSDK, * as names from 'wukongimjssdk';

window.WK = { ...names, WKSDK };
